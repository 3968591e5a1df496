"""How sure a number is: every interval and every test once, each with its source; plain numbers in and out."""
