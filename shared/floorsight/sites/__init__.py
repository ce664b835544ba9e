"""Sites, their cameras and the cameras' lines: what people set up."""
