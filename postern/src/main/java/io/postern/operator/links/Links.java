package io.postern.operator.links;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.postern.log.LogSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The certificates of the links to the log as an administrator's machine sees them: one's own, the
 * authority's, those that the brokers present, and, where {@link CertificateEnds} lie beside one's
 * own key, those of all holders. Immutable.
 *
 * @param ends by the certificate's name; as a document in the form of ISO 8601
 * @param findings a sentence for each thing that an administrator has to mend
 */
public record Links(
    @JsonSerialize(contentUsing = ToStringSerializer.class) Map<String, Instant> ends,
    List<String> findings) {
  private static final Duration SOON = Duration.ofDays(45);
  // It runs once a day.
  private static final Duration SILENT = Duration.ofDays(3);

  public Links {
    ends = Map.copyOf(ends);
    findings = List.copyOf(findings);
  }

  /** Asks each broker of the bootstrap list. A link in plaintext has no certificates. */
  public static Links of(LogSettings log, Instant now) {
    Map<String, Instant> ends = new TreeMap<>();
    List<String> findings = new ArrayList<>();
    if (log.client().getOrDefault("security.protocol", "PLAINTEXT").endsWith("SSL")) {
      try (LinkTls tls = new LinkTls(log)) {
        tls.authorityEnd().ifPresent(end -> ends.put("authority", end));
        tls.ownEnd().ifPresent(end -> ends.put("own", end));
        brokers(log, tls, ends, findings);
        holders(log, ends, findings, now);
      } catch (IOException unknown) {
        findings.add(String.valueOf(unknown.getMessage()));
      }
    }
    ends.forEach(
        (name, end) -> {
          if (endsSoon(end, now)) {
            findings.add(sentence(name, end, now));
          }
        });
    return new Links(ends, findings);
  }

  private static void brokers(
      LogSettings log, LinkTls tls, Map<String, Instant> ends, List<String> findings) {
    for (String each : log.client().getOrDefault("bootstrap.servers", "").split(",", -1)) {
      String server = each.strip();
      int colon = server.lastIndexOf(':');
      try {
        int port = Integer.parseInt(server.substring(colon + 1));
        ends.put("presented by " + server, tls.brokersEnd(server.substring(0, colon), port));
      } catch (IOException | IllegalArgumentException refused) {
        findings.add("no TLS session with " + server + ": " + refused.getMessage());
      }
    }
  }

  private static void holders(
      LogSettings log, Map<String, Instant> ends, List<String> findings, Instant now)
      throws IOException {
    Path file =
        Path.of(
                log.client()
                    .getOrDefault(
                        "ssl.keystore.location",
                        log.client().getOrDefault("ssl.keystore.key.location", "")))
            .resolveSibling(CertificateEnds.FILE);
    if (!Files.exists(file)) {
      return; // another administration's certificates
    }
    CertificateEnds all = CertificateEnds.read(file);
    ends.putAll(all.ends());
    if (all.seen().isBefore(now.minus(SILENT))) {
      findings.add(
          "set-up certificates has not run since %s: check whether the container certificates is running"
              .formatted(all.seen()));
    }
  }

  static boolean endsSoon(Instant end, Instant now) {
    return !now.isBefore(end.minus(SOON));
  }

  private static String sentence(String name, Instant end, Instant now) {
    return now.isBefore(end)
        ? "the certificate %s expires in %d days, at %s"
            .formatted(name, Duration.between(now, end).toDays(), end)
        : "the certificate %s expired at %s".formatted(name, end);
  }

  /** For people; empty where the link is plaintext. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    ends.entrySet().stream()
        .min(Map.Entry.comparingByValue())
        .ifPresent(
            first ->
                lines.add(
                    "%-20s %d certificates, the first expires at %s (%s)"
                        .formatted(
                            "connections to Kafka",
                            ends.size(),
                            first.getValue(),
                            first.getKey())));
    findings.forEach(finding -> lines.add("FINDING              " + finding));
    return lines;
  }
}
