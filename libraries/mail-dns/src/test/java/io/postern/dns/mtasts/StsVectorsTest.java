package io.postern.dns.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.dns.DnsFailureException;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.dns.tlsrpt.TlsRptRecord;
import io.postern.lab.Conformance;
import io.postern.lab.LabDns;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Records, policies and MX names that others wrote for MTA-STS and TLS-RPT. */
class StsVectorsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> records() throws Exception {
    return validity("mtasts-record-vectors.json", text -> StsRecord.parse(text));
  }

  @TestFactory
  Stream<DynamicTest> policies() throws Exception {
    return validity(
        "mtasts-policy-vectors.json",
        text -> StsPolicy.parse(text.getBytes(StandardCharsets.UTF_8)));
  }

  @TestFactory
  Stream<DynamicTest> reportRecords() throws Exception {
    return validity("tlsrpt-record-vectors.json", text -> TlsRptRecord.parse(text));
  }

  @TestFactory
  Stream<DynamicTest> mxNames() throws Exception {
    Path file =
        Conformance.file(StsVectorsTest.class, "mta-sts", "mtasts-mx-match-vectors.json")
            .orElse(null);
    if (file == null) {
      return Stream.empty();
    }
    JsonNode vectors = JSON.readTree(file.toFile());
    StsPolicy policy =
        StsPolicy.parse(vectors.get("policy").asText().getBytes(StandardCharsets.UTF_8));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode vector : vectors.get("cases")) {
      String mx = vector.get("mx").asText();
      tests.add(
          DynamicTest.dynamicTest(
              mx, () -> assertThat(policy.names(mx)).isEqualTo(vector.get("match").asBoolean())));
    }
    return tests.stream();
  }

  /** A record that is malformed or stands beside another one is none (RFC 8461 §3.1). */
  @TestFactory
  Stream<DynamicTest> lookups() throws Exception {
    Path file =
        Conformance.file(StsVectorsTest.class, "mta-sts", "mtasts-lookup-vectors.json")
            .orElse(null);
    if (file == null) {
      return Stream.empty();
    }
    JsonNode vectors = JSON.readTree(file.toFile());
    LabDns dns = LabDns.start();
    for (Map.Entry<String, JsonNode> each : vectors.get("zone_txt").properties()) {
      each.getValue().forEach(text -> dns.txt(each.getKey(), text.asText()));
    }
    for (Map.Entry<String, JsonNode> each : vectors.get("zone_cname").properties()) {
      dns.cname(each.getKey(), each.getValue().asText());
    }
    vectors.get("servfail_txt").forEach(name -> dns.servfail(name.asText()));
    MailResolver resolver =
        new MailResolver(
            new DnsSettings(
                List.of(dns.address()),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                1 << 20,
                Dnssec.OFF,
                Optional.empty()),
            InstantSource.system());
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> each : vectors.get("expect").properties()) {
      tests.add(
          DynamicTest.dynamicTest(
              each.getKey(),
              () ->
                  assertThat(found(each.getKey(), resolver))
                      .isEqualTo(wanted(each.getValue().asText()))));
    }
    return tests.stream().onClose(dns::close);
  }

  private static String found(String domain, MailResolver resolver) {
    try {
      return StsRecord.of(domain, resolver).map(record -> "id=" + record.id()).orElse("none");
    } catch (DnsFailureException e) {
      return "temporary-error";
    }
  }

  private static String wanted(String expected) {
    return expected.startsWith("id=") || expected.equals("temporary-error") ? expected : "none";
  }

  private static Stream<DynamicTest> validity(String name, Consumer<String> parser)
      throws Exception {
    Path file = Conformance.file(StsVectorsTest.class, "mta-sts", name).orElse(null);
    if (file == null) {
      return Stream.empty();
    }
    List<DynamicTest> tests = new ArrayList<>();
    int number = 0;
    for (JsonNode vector : JSON.readTree(Files.readString(file))) {
      String input = vector.get("input").asText();
      tests.add(
          DynamicTest.dynamicTest(
              name + " " + number++ + ": " + input.strip(),
              () -> {
                if (vector.get("valid").asBoolean()) {
                  parser.accept(input);
                } else {
                  assertThatThrownBy(() -> parser.accept(input))
                      .isInstanceOf(IllegalArgumentException.class);
                }
              }));
    }
    return tests.stream();
  }
}
