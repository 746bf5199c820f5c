"""What a class and its students get to see: the class report, and feedback."""
