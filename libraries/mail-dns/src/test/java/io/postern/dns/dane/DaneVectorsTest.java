package io.postern.dns.dane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.Conformance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** OpenSSL's DANE tests, as far as they are about SMTP. No case is treated apart. */
class DaneVectorsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> vectors() throws Exception {
    Path file = Conformance.cases(DaneVectorsTest.class, "dane").orElse(null);
    if (file == null) {
      return Stream.empty();
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode vector = JSON.readTree(line);
      if (vector.path("smtp_applicable").asBoolean()) {
        String name = vector.get("id").asText() + " " + vector.get("section").asText();
        tests.add(DynamicTest.dynamicTest(name, () -> run(vector)));
      }
    }
    assertThat(tests).hasSize(34);
    return tests.stream();
  }

  private static void run(JsonNode vector) throws Exception {
    List<byte[]> chain = new ArrayList<>();
    for (JsonNode certificate : vector.get("chain")) { // its leaf is the first
      chain.add(Base64.getDecoder().decode(certificate.asText()));
    }
    List<Tlsa> records = new ArrayList<>();
    for (JsonNode tlsa : vector.get("tlsa")) {
      records.add(
          new Tlsa(
              tlsa.get("usage").asInt(),
              tlsa.get("selector").asInt(),
              tlsa.get("mtype").asInt(),
              tlsa.get("data").asText()));
    }
    String peer = vector.get("peer").get("value").asText();
    Instant at =
        vector.hasNonNull("time") ? Instant.parse(vector.get("time").asText()) : Instant.now();
    DaneMatch.Result result = DaneMatch.of(chain, new TlsaSet(peer, records, List.of(peer)), at);
    assertThat(result.match() == null ? "reject" : "accept")
        .as(result.detail())
        .isEqualTo(vector.get("expected").asText());
  }
}
