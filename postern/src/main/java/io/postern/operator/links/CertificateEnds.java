package io.postern.operator.links;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Ends of the certificates of all holders, as of the last run of {@code set-up certificates}. A
 * properties file beside the administrator's key, without anything secret. Immutable.
 *
 * @param seen when that was; it runs once a day
 * @param ends by holder; {@code authority}: the log's authority
 */
public record CertificateEnds(Instant seen, Map<String, Instant> ends) {
  public static final String FILE = "ends.properties";
  private static final String SEEN = "seen";

  public CertificateEnds {
    ends = Map.copyOf(ends);
  }

  /** The file's text. */
  public String text() {
    StringBuilder text = new StringBuilder(SEEN + "=" + seen + "\n");
    new TreeMap<>(ends)
        .forEach((holder, end) -> text.append(holder).append('=').append(end).append('\n'));
    return text.toString();
  }

  /** Failure: {@link IOException} that names the file. */
  public static CertificateEnds read(Path file) throws IOException {
    Properties written = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      written.load(reader);
    }
    try {
      Map<String, Instant> ends = new TreeMap<>();
      for (String holder : written.stringPropertyNames()) {
        ends.put(holder, Instant.parse(written.getProperty(holder)));
      }
      Instant seen = ends.remove(SEEN);
      if (seen == null) {
        throw new IOException(file + " does not say when it was written: " + SEEN + " is missing");
      }
      return new CertificateEnds(seen, ends);
    } catch (DateTimeException | IllegalArgumentException broken) {
      throw new IOException(
          file + " has a time that cannot be read: " + broken.getMessage(), broken);
    }
  }
}
