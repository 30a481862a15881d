package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.peers.PeerJson;
import io.postern.contracts.Fingerprints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A comparison of a draft with recorded mail, as policy-service has it now. Immutable.
 *
 * @param state running, done, cancelled, failed
 * @param percent of the log's records that are read, 0 to 100
 * @param organizations of the draft
 * @param sha256 of the draft as it was sent
 */
public record WhatIfView(
    String state,
    long percent,
    List<String> organizations,
    String sha256,
    String failure,
    String since,
    long decided,
    long messages,
    long refusals,
    List<Difference> differences,
    List<Unknown> unknown,
    String fragment) {
  /**
   * @param bad mail would be refused or held that is not now
   */
  public record Difference(
      String kind,
      boolean bad,
      String partner,
      String before,
      String after,
      String rule,
      long count,
      List<Sample> samples) {}

  public record Sample(String id, String link, String at, String from, String to) {}

  public record Unknown(String reason, long count) {}

  public boolean running() {
    return state.equals("running");
  }

  /**
   * Whether it was made of these objects: an address joins any draft to any comparison.
   *
   * @param draft as {@link WhatIfPage#start} sends it
   */
  boolean isOf(String organization, JsonNode draft) {
    byte[] sent = draft.toString().getBytes(StandardCharsets.UTF_8);
    return organizations.equals(List.of(organization))
        && sha256.equals(Fingerprints.hex(Fingerprints.sha256(sent)));
  }

  static WhatIfView of(JsonNode view) {
    JsonNode result = view.path("result");
    List<Difference> differences = new ArrayList<>();
    result.path("differences").forEach(each -> differences.add(difference(each)));
    List<Unknown> unknown = new ArrayList<>();
    result
        .path("cannotBeKnown")
        .forEach(
            each ->
                unknown.add(
                    new Unknown(each.path("reason").asText(""), each.path("count").asLong())));
    return new WhatIfView(
        view.path("state").asText(""),
        view.path("percent").asLong(),
        PeerJson.texts(view, "organizations"),
        view.path("draft").asText(""),
        view.path("failure").asText(""),
        result.path("since").asText(""),
        result.path("decided").asLong(),
        result.path("messages").asLong(),
        result.path("refusals").asLong(),
        differences,
        unknown,
        "/partners/what-ifs/" + Frame.encoded(view.path("id").asText("")) + "/progress");
  }

  private static Difference difference(JsonNode each) {
    String kind = each.path("kind").asText("");
    List<Sample> samples = new ArrayList<>();
    for (JsonNode sample : each.path("samples")) {
      String id = sample.path("id").asText("");
      samples.add(
          new Sample(
              id,
              "/messages?q=" + Frame.encoded(id),
              sample.path("at").asText(""),
              sample.path("senderDomain").asText(""),
              sample.path("recipientDomain").asText("")));
    }
    return new Difference(
        kind,
        kind.equals("acceptedToRefused") || kind.equals("deliveredToHeld"),
        each.path("partner").asText(""),
        each.path("before").asText(""),
        each.path("after").asText(""),
        each.path("rule").asText(""),
        each.path("count").asLong(),
        samples);
  }
}
