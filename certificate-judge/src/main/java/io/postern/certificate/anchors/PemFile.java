package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The certificates of a PEM file (RFC 7468 §5); text around them is a comment. A file of more than
 * 4 MiB, without a certificate or with a broken one is refused as a whole, by name.
 */
final class PemFile {
  private static final long MAX_BYTES = 4L << 20;
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  private PemFile() {}

  static List<ParsedCertificate> read(Path file) throws BadAnchorFileException {
    List<ParsedCertificate> certificates = new ArrayList<>();
    String text = text(file);
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      int end = text.indexOf(END, at);
      String which = "certificate " + (certificates.size() + 1);
      if (end < 0) {
        throw new BadAnchorFileException(file, which + " has no end", "add the line " + END);
      }
      certificates.add(parse(file, which, text.substring(at + BEGIN.length(), end)));
      at = text.indexOf(BEGIN, end);
    }
    if (certificates.isEmpty()) {
      throw new BadAnchorFileException(
          file, "no certificate in it", "name a PEM file with " + BEGIN + " or remove it");
    }
    return certificates;
  }

  private static String text(Path file) throws BadAnchorFileException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new BadAnchorFileException(file, "larger than 4 MiB", "name a file of anchors");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new BadAnchorFileException(
          file, "cannot be read (" + e + ")", "create it, make it readable or remove it");
    }
  }

  private static ParsedCertificate parse(Path file, String which, String base64)
      throws BadAnchorFileException {
    try {
      return ParsedCertificate.parse(
          Base64.getDecoder()
              .decode(base64.replaceAll("\\s", "").getBytes(StandardCharsets.US_ASCII)));
    } catch (IllegalArgumentException | UnusableCertificateException e) {
      throw new BadAnchorFileException(
          file, which + " is not usable (" + e.getMessage() + ")", "replace or remove it");
    }
  }
}
