"""What people type, on the command line and in forms, and how values are shown to them."""
