package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.certificate.Printable;
import io.postern.contracts.Fingerprints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file of certificates that are distrusted: one SHA-256 a line (hexadecimal, with or without
 * colons), {@code #} begins a comment. At most 1 MiB and {@value #MOST} certificates. A file that
 * becomes broken or goes away leaves its last good reading, one log line and a count: trust does
 * not come back by a slip. One thread at a time reads; any thread may ask for the count.
 */
public final class DistrustFile {
  public static final int MOST = 1000;
  private static final String KEY = "postern.anchors.distrusted-file";
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_SHOWN = 80;

  private final Path path;
  private final WatchedFile<Distrust> file;
  private final AtomicLong failures = new AtomicLong();

  public DistrustFile(Path path) {
    this.path = path;
    this.file = new WatchedFile<>(path, this::parse, Distrust.NONE, failures);
  }

  void begin() throws BadAnchorFileException {
    file.read();
  }

  /** Reads it if it has changed; true: it was read anew. */
  boolean look() {
    return file.look();
  }

  /** The last reading. */
  Distrust distrust() {
    return file.content();
  }

  /** How often it could not be read. */
  public long failures() {
    return failures.get();
  }

  private Distrust parse(Path from) throws BadAnchorFileException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(from)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new BadAnchorFileException(
          KEY + ": " + path, "cannot be read (" + e + ")", "create it and make it readable", e);
    }
    if (bytes.length > MAX_BYTES) {
      throw broken("larger than 1 MiB", "name a file of fingerprints");
    }
    Set<ByteString> fingerprints = new LinkedHashSet<>();
    int line = 0;
    for (String text : new String(bytes, StandardCharsets.ISO_8859_1).split("\\R", -1)) {
      line++;
      String fingerprint = text.replaceFirst("#.*", "").strip();
      if (!fingerprint.isEmpty()) {
        fingerprints.add(fingerprint(line, fingerprint));
      }
    }
    if (fingerprints.size() > MOST) {
      throw broken("more than " + MOST + " certificates", "remove those that have expired");
    }
    return Distrust.of(fingerprints, KEY);
  }

  private ByteString fingerprint(int line, String text) throws BadAnchorFileException {
    try {
      return ByteString.copyFrom(Fingerprints.parse(text));
    } catch (IllegalArgumentException e) {
      throw broken(
          "line %s: \"%s\" is not the SHA-256 of a certificate"
              .formatted(line, Printable.cut(text, MAX_SHOWN)),
          "write the 64 hexadecimal digits that openssl x509 -noout -fingerprint -sha256 prints,"
              + " or # before a comment");
    }
  }

  private BadAnchorFileException broken(String problem, String cure) {
    return new BadAnchorFileException(KEY + ": " + path, problem, cure);
  }
}
