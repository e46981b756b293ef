/** IP addresses and networks as values that compare fast and print canonically. */
