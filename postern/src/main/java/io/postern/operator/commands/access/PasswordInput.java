package io.postern.operator.commands.access;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A password that somebody types: from the terminal without echo, or, where there is none, the
 * first line of standard input. One thread.
 */
final class PasswordInput {
  private static final int MOST_BYTES = 1_000;

  private PasswordInput() {}

  /**
   * @param prompt for a person
   * @throws IOException there is none, it is too long, or it could not be hidden
   */
  static String read(String prompt) throws IOException, InterruptedException {
    Console terminal = System.console();
    if (terminal != null && terminal.isTerminal()) {
      char[] typed = terminal.readPassword("%s: ", prompt);
      if (typed == null || typed.length == 0) {
        throw new IOException("no password was entered");
      }
      String password = new String(typed);
      Arrays.fill(typed, ' ');
      return password;
    }
    if (inputIsTerminal()) {
      throw new IOException(
          "the password would be visible as it is typed: leave standard output on the terminal, or "
              + "pass the password on standard input");
    }
    return line(System.in);
  }

  /** Java has a console only where standard output is a terminal too. */
  private static boolean inputIsTerminal() throws InterruptedException {
    try {
      Process test = new ProcessBuilder("test", "-t", "0").redirectInput(Redirect.INHERIT).start();
      return test.waitFor(5, TimeUnit.SECONDS) && test.exitValue() == 0;
    } catch (IOException e) {
      return false; // a system without that program, such as a small image
    }
  }

  /** The rest is left to whoever reads on. */
  static String line(InputStream in) throws IOException {
    byte[] line = new byte[MOST_BYTES];
    int length = 0;
    for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
      if (length == MOST_BYTES) {
        throw new IOException("the password has more than " + MOST_BYTES + " bytes");
      }
      line[length++] = (byte) octet;
    }
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    if (length == 0) {
      throw new IOException("standard input has no password in its first line");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IOException("the password is not in UTF-8", e);
    }
  }
}
