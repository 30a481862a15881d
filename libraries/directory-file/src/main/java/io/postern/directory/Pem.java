package io.postern.directory;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.X509;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates as text (RFC 7468 §5), to DER and back. Pure; any thread. */
public final class Pem {
  // Text between the blocks is explanatory and skipped (RFC 7468 §2).
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  /**
   * The certificates of a text, in its order; one at least.
   *
   * @throws CertificateException with a sentence that names the block and its fault
   */
  public static List<byte[]> certificates(String text) throws CertificateException {
    List<byte[]> certificates = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      String which = "block " + (certificates.size() + 1);
      if (block.group(1).contains("PRIVATE KEY")) {
        throw new CertificateException(which + " is a private key: it does not belong here");
      }
      if (!block.group(1).equals("CERTIFICATE")) {
        throw new CertificateException(which + " is not a certificate but " + block.group(1));
      }
      certificates.add(der(which, block.group(2)));
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate in it");
    }
    return certificates;
  }

  static String text(List<byte[]> certificates) {
    StringBuilder text = new StringBuilder();
    for (byte[] der : certificates) {
      text.append("-----BEGIN CERTIFICATE-----\n")
          .append(LINES.encodeToString(der))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return text.toString();
  }

  /** Subject and fingerprint, for people. */
  static String describe(byte[] der) {
    String fingerprint = HexFormat.of().formatHex(Fingerprints.sha256(der));
    try {
      return X509.certificate(der).getSubjectX500Principal().getName()
          + " (sha256 "
          + fingerprint
          + ")";
    } catch (CertificateException e) {
      return "an unreadable certificate (sha256 " + fingerprint + ")";
    }
  }

  private static byte[] der(String which, String base64) throws CertificateException {
    try {
      return X509.certificate(Base64.getMimeDecoder().decode(base64.strip())).getEncoded();
    } catch (IllegalArgumentException | CertificateEncodingException e) {
      throw new CertificateException(which + " is damaged: " + e.getMessage(), e);
    } catch (CertificateException e) {
      throw new CertificateException(which + " is not an X.509 certificate", e);
    }
  }
}
