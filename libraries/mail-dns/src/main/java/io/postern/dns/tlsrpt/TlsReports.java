package io.postern.dns.tlsrpt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Reports as they travel: JSON in gzip (RFC 8460 §5.3). Stateless, any thread.
 *
 * <p>A stranger writes what is read here: {@value #MAX_BYTES} bytes of JSON are the bound, however
 * small they are in gzip, {@value #MAX_TOKENS} tokens, and 20 levels.
 */
public final class TlsReports {
  static final int MAX_BYTES = 4 << 20;
  private static final int MAX_TOKENS = 200_000; // an object costs more in memory than in JSON

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(20)
                          .maxDocumentLength(MAX_BYTES)
                          .maxTokenCount(MAX_TOKENS)
                          .build())
                  .build())
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();
  private static final ObjectReader READER = JSON.readerFor(TlsReport.class);

  private TlsReports() {}

  /** JSON in gzip. */
  public static byte[] gzip(TlsReport report) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      JSON.writerWithDefaultPrettyPrinter().writeValue(gzip, report);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory there is none
    }
    return bytes.toByteArray();
  }

  /**
   * @param report JSON, in gzip or not
   * @throws IOException it is none, or too large
   */
  public static TlsReport read(byte[] report) throws IOException {
    boolean gzip =
        report.length > 2 && (report[0] & 0xff) == 0x1f && (report[1] & 0xff) == 0x8b; // RFC 1952
    byte[] json = report;
    if (gzip) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(report))) {
        json = in.readNBytes(MAX_BYTES + 1);
      }
    }
    if (json.length > MAX_BYTES) {
      throw new IOException("the report has more than " + MAX_BYTES + " bytes");
    }
    TlsReport read = READER.readValue(json);
    if (read == null) {
      throw new IOException("the report is empty");
    }
    return read;
  }
}
