package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.X509;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * A reader of certificates: in PEM (RFC 7468 §5), where text around them is a comment, or one in
 * DER. A file with more than 4 MiB, with no certificate or with a broken one is refused as a whole,
 * by name. Immutable, any thread.
 *
 * @param where setting and file or URL, for messages
 * @param lenient for a bundle that others maintain: a certificate that Postern does not accept (a
 *     curve, say) is left out and logged; else it is refused like a broken one
 */
record CertificateText(String where, boolean lenient) {
  static final int MAX_BYTES = 4 << 20;
  private static final Logger LOG = Logger.getLogger(CertificateText.class);
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  List<ParsedCertificate> read(Path file) throws BadAnchorFileException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in.readNBytes(MAX_BYTES + 1));
    } catch (IOException e) {
      throw new BadAnchorFileException(
          where, "cannot be read (" + e + ")", "create it, make it readable or remove it", e);
    }
  }

  List<ParsedCertificate> read(byte[] bytes) throws BadAnchorFileException {
    if (bytes.length > MAX_BYTES) {
      throw new BadAnchorFileException(where, "larger than 4 MiB", "name a file of anchors");
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.contains(BEGIN) || bytes.length == 0 || bytes[0] != 0x30
        ? pem(text)
        : List.of(strictly("it", bytes));
  }

  private List<ParsedCertificate> pem(String text) throws BadAnchorFileException {
    List<ParsedCertificate> certificates = new ArrayList<>();
    int seen = 0;
    for (int at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
      int end = text.indexOf(END, at);
      String which = "certificate " + ++seen;
      if (end < 0) {
        throw new BadAnchorFileException(where, which + " has no end", "add the line " + END);
      }
      byte[] der = decode(which, text.substring(at + BEGIN.length(), end));
      if (lenient) {
        leniently(which, der, certificates);
      } else {
        certificates.add(strictly(which, der));
      }
      at = end;
    }
    if (certificates.isEmpty()) {
      throw new BadAnchorFileException(
          where, "no certificate in it", "name a PEM file with " + BEGIN + " or remove it");
    }
    return certificates;
  }

  private byte[] decode(String which, String base64) throws BadAnchorFileException {
    try {
      return Base64.getDecoder()
          .decode(base64.replaceAll("\\s", "").getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw unusable(which, e);
    }
  }

  private ParsedCertificate strictly(String which, byte[] der) throws BadAnchorFileException {
    try {
      return ParsedCertificate.parse(der);
    } catch (UnusableCertificateException e) {
      throw unusable(which, e);
    }
  }

  private void leniently(String which, byte[] der, List<ParsedCertificate> certificates)
      throws BadAnchorFileException {
    try {
      certificates.add(ParsedCertificate.parse(der));
    } catch (UnusableCertificateException e) {
      try {
        var unused = X509.certificate(der);
      } catch (CertificateException broken) {
        throw unusable(which, e);
      }
      LOG.infof("%s: %s is skipped: %s", where, which, e.getMessage());
    }
  }

  private BadAnchorFileException unusable(String which, Exception e) {
    return new BadAnchorFileException(
        where, which + " is not usable (" + e.getMessage() + ")", "replace or remove it");
  }
}
