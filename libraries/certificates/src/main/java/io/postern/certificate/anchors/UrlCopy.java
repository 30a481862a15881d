package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/**
 * A URL's last believed answer, on disk: a line {@code # URL}, and the answer. The copy of another
 * URL counts as none. Appears whole or not at all. Stateless; one thread writes.
 */
record UrlCopy(URI url, Path file) {
  /** A URL for logs and records: a query may have a secret in it. */
  static String shown(URI url) {
    String text = url.toString();
    return url.getRawQuery() == null ? text : text.substring(0, text.indexOf('?')) + "?...";
  }

  /** Empty without a copy of this URL. */
  List<ParsedCertificate> certificates() throws BadAnchorFileException {
    String where = "postern.anchors.url-copy: " + file;
    byte[] head = head();
    byte[] kept;
    try (InputStream in = Files.newInputStream(file)) {
      if (!Arrays.equals(in.readNBytes(head.length), head)) {
        return List.of();
      }
      kept = in.readNBytes(CertificateText.MAX_BYTES + 1);
    } catch (IOException e) {
      throw new BadAnchorFileException(
          where, "cannot be read (" + e + ")", "make it readable, or remove it", e);
    }
    return new CertificateText(where, true).read(kept);
  }

  void write(byte[] answer) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path partial = Files.createTempFile(folder, "anchors", ".part");
    try {
      try (FileOutputStream out = new FileOutputStream(partial.toFile())) {
        out.write(head());
        out.write(answer);
        out.getFD().sync();
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial); // where it was not moved
    }
  }

  private byte[] head() {
    return ("# " + url + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
