package io.postern.certificate.revocation.ocsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.judging.CollectedResponse;
import io.postern.lab.Conformance;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * OpenSSL's OCSP vectors: an answer is accepted when it is right for one of the given issuers, and
 * this one leads to an anchor. They are of 2012, so that signatures with SHA-1 count here, and most
 * were out of date at the time that they are judged at, which their expectations leave aside. No
 * case is treated apart.
 */
class OcspVectorsTest {
  @TestFactory
  Stream<DynamicTest> ocsp() {
    return Conformance.cases(OcspVectorsTest.class, "ocsp").stream()
        .map(file -> DynamicTest.dynamicTest("ocsp", () -> run(file)));
  }

  private static void run(Path file) throws Exception {
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    for (String line : Files.readAllLines(file)) {
      try (JsonReader reader = Json.createReader(new StringReader(line))) {
        JsonObject vector = reader.readObject();
        cases++;
        String said = judge(vector);
        if (said.isEmpty() != vector.getString("expected").equals("accept")) {
          wrong.add(vector.getString("id") + " " + vector.getString("name") + ": " + said);
        }
      }
    }
    System.out.println("OCSP: " + (cases - wrong.size()) + " of " + cases + " as expected");
    assertThat(cases).isEqualTo(59);
    assertThat(wrong).isEmpty();
  }

  /** Why it is rejected; empty: accepted. */
  private static String judge(JsonObject vector) {
    return new CollectedResponse(
            Base64.getDecoder().decode(vector.getString("response")),
            ders(vector, "certs"),
            ders(vector, "anchors"),
            Instant.parse(vector.getString("time")))
        .problem();
  }

  private static List<byte[]> ders(JsonObject vector, String name) {
    return vector.getJsonArray(name).getValuesAs(JsonString.class).stream()
        .map(der -> Base64.getDecoder().decode(der.getString()))
        .toList();
  }
}
