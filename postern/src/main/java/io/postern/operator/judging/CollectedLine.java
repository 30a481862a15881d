package io.postern.operator.judging;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.postern.certificate.judging.CollectedChain;
import io.postern.certificate.judging.CollectedResponse;
import io.postern.certificate.judging.PolicyInputs;
import io.postern.certificate.judging.Purpose;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One chain as a line of JSON: {@code leaf}, {@code intermediates}, {@code anchors}, {@code crls},
 * {@code response} (OCSP) in base64; {@code id}, {@code time} (UTC, none: now), {@code purpose}
 * (server, client, any), {@code peer} (a host name), {@code revocation} ({@code crl-required}: each
 * certificate must be shown not to be revoked; none: only if there are lists or a response), {@code
 * policy} (the inputs of RFC 5280 §6.1.1 as NIST writes them). Without a {@code leaf}: a {@code
 * response}, and in {@code certs} its issuer.
 */
final class CollectedLine {
  private static final String ERROR = "error";
  private static final String NIST_POLICIES = "2.16.840.1.101.3.2.1.48.";
  private static final ObjectMapper JSON = new ObjectMapper();

  private CollectedLine() {}

  /**
   * The answer to a line, with the line's {@code id} as it stands there; a line that cannot be read
   * has the result {@code error}.
   */
  static JsonNode judge(String line, Instant now) throws InterruptedException {
    ObjectNode answer = JSON.createObjectNode();
    try {
      JsonNode read = JSON.readTree(line);
      answer.set("id", id(read));
      judge(read, now, answer);
    } catch (JacksonException e) {
      answer.set("id", idBeforeTheFault(line));
      error(answer, "it is no JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException | DateTimeException e) {
      error(answer, String.valueOf(e.getMessage()));
    }
    return answer;
  }

  static boolean isUnreadable(JsonNode answer) {
    return answer.path("result").asText().equals(ERROR);
  }

  /** The answer to a line that is not judged, or that the judge could not bear. */
  static JsonNode failed(String line, String why) {
    ObjectNode answer = JSON.createObjectNode();
    answer.set("id", idBeforeTheFault(line));
    error(answer, why);
    return answer;
  }

  private static JsonNode id(JsonNode read) {
    JsonNode id = read.path("id");
    return id.isMissingNode() ? TextNode.valueOf("") : id;
  }

  // The id stands in the part of the line that is JSON.
  private static JsonNode idBeforeTheFault(String line) {
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean found = parser.currentName().equals("id");
          var unused = parser.nextToken();
          if (found) {
            return JSON.readTree(parser);
          }
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      // It ends here: no id before the fault.
    }
    return TextNode.valueOf("");
  }

  private static void error(ObjectNode answer, String why) {
    answer.put("result", ERROR).put("reason", "unreadable").put("detail", why);
  }

  private static void judge(JsonNode read, Instant now, ObjectNode answer)
      throws InterruptedException {
    Instant at = read.hasNonNull("time") ? Instant.parse(read.get("time").asText()) : now;
    List<byte[]> responses = new ArrayList<>();
    if (read.hasNonNull("response")) {
      responses.add(der("response", read.get("response")));
    }
    if (!read.hasNonNull("leaf")) {
      response(read, responses, at, answer);
      return;
    }
    List<byte[]> chain = new ArrayList<>(List.of(der("leaf", read.get("leaf"))));
    chain.addAll(ders(read, "intermediates"));
    List<byte[]> lists = ders(read, "crls");
    String revocation = read.path("revocation").asText("");
    boolean required = !revocation.isEmpty() || !lists.isEmpty() || !responses.isEmpty();
    CollectedChain.Outcome outcome =
        new CollectedChain(
                chain,
                ders(read, "anchors"),
                lists,
                responses,
                required ? RevocationMode.REVOCATION_REQUIRED : RevocationMode.REVOCATION_OFF,
                purpose(read.path("purpose").asText("server")),
                policies(read.path("policy")),
                at)
            .judge();
    write(outcome, read.path("peer").asText(null), answer);
  }

  private static void response(
      JsonNode read, List<byte[]> responses, Instant at, ObjectNode answer) {
    if (responses.isEmpty()) {
      throw new IllegalArgumentException("leaf: missing; a chain begins with it");
    }
    String problem =
        new CollectedResponse(responses.getFirst(), ders(read, "certs"), ders(read, "anchors"), at)
            .problem();
    answer.put("result", problem.isEmpty() ? "good" : "bad");
    if (!problem.isEmpty()) {
      answer.put("reason", "response-not-believed").put("detail", problem);
    }
    answer.putArray("path");
  }

  private static void write(
      CollectedChain.Outcome outcome, @Nullable String peer, ObjectNode answer) {
    boolean stranger =
        outcome.result() == VerdictResult.GOOD
            && peer != null
            && !CertificateNames.matches(peer, outcome.names());
    VerdictReason reason = outcome.reason();
    answer.put("result", stranger ? "bad" : word(outcome.result().name()));
    if (stranger) {
      answer
          .put("reason", "name-mismatch")
          .put("detail", "none of its names is " + peer + ": " + outcome.names());
    } else if (reason != null) {
      answer.put("reason", word(reason.name())).put("detail", outcome.detail());
    }
    ArrayNode path = answer.putArray("path");
    outcome.path().forEach(fingerprint -> path.add(HexFormat.of().formatHex(fingerprint)));
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Purpose purpose(String name) {
    return switch (name) {
      case "server" -> Purpose.SERVER;
      case "client" -> Purpose.CLIENT;
      case "any" -> Purpose.ANY;
      default ->
          throw new IllegalArgumentException(
              "purpose: '" + name + "' is none; server, client or any");
    };
  }

  private static List<byte[]> ders(JsonNode read, String field) {
    List<byte[]> all = new ArrayList<>();
    read.path(field).forEach(node -> all.add(der(field, node)));
    return all;
  }

  private static byte[] der(String field, JsonNode node) {
    try {
      return Base64.getDecoder().decode(node.asText());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": not in base64", e);
    }
  }

  /** Without any: as mail is judged. */
  private static PolicyInputs policies(JsonNode policy) {
    if (!policy.isObject()) {
      return PolicyInputs.NONE;
    }
    Set<String> acceptable = new HashSet<>();
    policy
        .path("SetInitialPolicySet")
        .forEach(
            names -> {
              for (String name : names.asText().split(",", -1)) {
                acceptable.add(NIST_POLICIES + name.substring(name.lastIndexOf('-') + 1));
              }
            });
    return new PolicyInputs(
        acceptable,
        policy.has("SetInitialExplicitPolicy"),
        policy.has("SetInitialPolicyMappingInhibit"),
        policy.has("SetInitialInhibitAnyPolicy"));
  }
}
