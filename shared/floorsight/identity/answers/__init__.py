"""Who a track was found to be, for whoever asks again."""
