package io.postern.certificate.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** NIST PKITS 1.0.1, with its lists. No case is treated apart. */
class PkitsTest {
  /** All but two, which use DSA and are refused by policy. */
  private static final int RIGHT = 247;

  private static final String POLICY_ARC = "2.16.840.1.101.3.2.1.48.";

  @TestFactory
  Stream<DynamicTest> pkits() {
    return Conformance.cases(PkitsTest.class, "pkits").stream()
        .map(file -> DynamicTest.dynamicTest("pkits", () -> run(file)));
  }

  private static void run(Path file) throws Exception {
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    for (String line : Files.readAllLines(file)) {
      try (JsonReader reader = Json.createReader(new StringReader(line))) {
        JsonObject vector = reader.readObject();
        cases++;
        CollectedChain.Outcome judgement = judge(vector);
        boolean accepted = judgement.result() == VerdictResult.GOOD;
        if (accepted != vector.getString("expected").equals("accept")) {
          wrong.add(
              vector.getString("id") + " " + vector.getString("title") + ": " + judgement.detail());
        }
      }
    }
    System.out.println("PKITS: " + (cases - wrong.size()) + " of " + cases + " as expected");
    wrong.forEach(w -> System.out.println("  not as expected: " + w));
    assertThat(cases).isEqualTo(249);
    assertThat(cases - wrong.size()).isGreaterThanOrEqualTo(RIGHT);
  }

  private static CollectedChain.Outcome judge(JsonObject vector) throws Exception {
    List<byte[]> chain = new ArrayList<>();
    chain.add(Base64.getDecoder().decode(vector.getString("leaf")));
    chain.addAll(bytes(vector, "intermediates"));
    return new CollectedChain(
            chain,
            bytes(vector, "anchors"),
            bytes(vector, "crls"),
            List.of(),
            RevocationMode.REVOCATION_REQUIRED,
            Purpose.ANY,
            policies(vector.getJsonObject("policy")),
            Instant.parse(vector.getString("time")))
        .judge();
  }

  private static List<byte[]> bytes(JsonObject vector, String name) {
    return vector.getJsonArray(name).getValuesAs(JsonString.class).stream()
        .map(s -> Base64.getDecoder().decode(s.getString()))
        .toList();
  }

  private static PolicyInputs policies(JsonObject policy) {
    Set<String> acceptable = new HashSet<>();
    if (policy.containsKey("SetInitialPolicySet")) {
      for (JsonString names :
          policy.getJsonArray("SetInitialPolicySet").getValuesAs(JsonString.class)) {
        for (String name : names.getString().split(",", -1)) {
          acceptable.add(POLICY_ARC + name.substring(name.lastIndexOf('-') + 1));
        }
      }
    }
    return new PolicyInputs(
        acceptable,
        policy.containsKey("SetInitialExplicitPolicy"),
        policy.containsKey("SetInitialPolicyMappingInhibit"),
        policy.containsKey("SetInitialInhibitAnyPolicy"));
  }
}
