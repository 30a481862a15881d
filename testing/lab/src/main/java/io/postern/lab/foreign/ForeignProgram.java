package io.postern.lab.foreign;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A mail server of Debian, as far as {@link ForeignServer} needs to know it. */
public interface ForeignProgram {
  /** Where packages are unpacked that cannot be installed beside others; CI does so. */
  Path UNPACKED = Path.of("/var/cache/postern/foreign-servers");

  String name();

  /** The file that must be there. */
  Path executable();

  /** LMTP (RFC 2033) instead of SMTP. */
  default boolean lmtp() {
    return false;
  }

  /** Versions to which it can be held, each alone. */
  default List<String> tlsVersions() {
    return List.of("1.2", "1.3");
  }

  /** Writes its configuration; gives the command that runs it in the foreground. */
  List<String> prepare(Setting setting) throws IOException;

  /** It keeps mail in {@code FOLDER/mail/MAILBOX}, a Maildir each; else it passes all on. */
  default boolean keepsMaildirs() {
    return false;
  }

  /** It passes mail on to addresses that are not ASCII, by SMTPUTF8 (RFC 6531). */
  default boolean smtpUtf8() {
    return false;
  }

  /** It sends in chunks (BDAT, RFC 3030) where it can. */
  default boolean chunking() {
    return false;
  }

  /**
   * The setting of one run.
   *
   * @param folder its own, empty
   * @param port to listen on, at 127.0.0.1
   * @param onward the server to which it passes mail on
   * @param certificate PEM: the chain
   * @param key PEM
   * @param tlsVersion the only one, of {@link #tlsVersions}
   */
  record Setting(
      Path folder, int port, Onward onward, Path certificate, Path key, String tlsVersion) {}

  /**
   * The server to which a program passes all mail on, and how.
   *
   * @param port at 127.0.0.1
   * @param tlsVersion the only one, as of {@link #tlsVersions}; empty: in plaintext
   * @param client NAME of the files NAME.pem and NAME.key in the folder of the setting, the
   *     certificate that it shows as a client; empty: none
   */
  record Onward(int port, String tlsVersion, String client) {
    boolean tls() {
      return !tlsVersion.isEmpty();
    }
  }
}
