"""Images: frames that come by the API, one at a time, and what each is answered."""
