package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The certificates of a file: PEM (RFC 7468), whose other parts are left alone, or one in DER. At
 * most 1 MiB and the caller's number. Stateless, any thread.
 */
public final class CertificateFile {
  public static final int MOST_BYTES = 1 << 20;
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";
  private static final int DER_SEQUENCE = 0x30;

  private CertificateFile() {}

  /**
   * @throws IllegalArgumentException naming the file, with the fault and the cure
   */
  public static List<ParsedCertificate> read(Path file, int most) {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in.readNBytes(MOST_BYTES + 1), file.toString(), most);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " cannot be read (" + e + "): name a file of certificates, PEM or DER", e);
    }
  }

  /**
   * @param what its source, for the messages
   * @throws IllegalArgumentException naming it, with the fault and the cure
   */
  public static List<ParsedCertificate> parse(byte[] bytes, String what, int most) {
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException(what + " is larger than 1 MiB: name one of certificates");
    }
    if (bytes.length > 0 && bytes[0] == DER_SEQUENCE) {
      return List.of(certificate(bytes, what));
    }
    List<ParsedCertificate> all = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    for (int at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + 1)) {
      String which = what + ", certificate " + (all.size() + 1);
      int end = text.indexOf(END, at);
      if (end < 0) {
        throw new IllegalArgumentException(which + " has no end: add the line " + END);
      }
      if (all.size() == most) {
        throw new IllegalArgumentException(
            what + " has more than " + most + " certificates: remove those that are not needed");
      }
      all.add(certificate(der(text.substring(at + BEGIN.length(), end), which), which));
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          what + " has no certificate: name a PEM file with a line " + BEGIN + ", or one in DER");
    }
    return all;
  }

  private static byte[] der(String base64, String which) {
    try {
      return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(which + " is not in base64: copy it again", e);
    }
  }

  private static ParsedCertificate certificate(byte[] der, String which) {
    try {
      return ParsedCertificate.parse(der);
    } catch (UnusableCertificateException e) {
      throw new IllegalArgumentException(
          which + " is not usable (" + e.getMessage() + "): get a new one, or remove it", e);
    }
  }
}
