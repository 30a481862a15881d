package io.postern.dns.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.dns.tlsrpt.TlsRptRecord;
import io.postern.lab.Conformance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    Path file = Conformance.file("mta-sts", "mtasts-mx-match-vectors.json").orElse(null);
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

  private static Stream<DynamicTest> validity(String name, Consumer<String> parser)
      throws Exception {
    Path file = Conformance.file("mta-sts", name).orElse(null);
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
