"""What a chat is: values and rules, without a file, a socket, a clock or a terminal."""
