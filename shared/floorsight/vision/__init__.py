"""From a chunk of video to tracks and facts."""
