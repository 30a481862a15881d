package io.postern.console.web.partners;

import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.frame.Values;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How a partner proves itself and where its mail goes, as it was typed so far: each step of the
 * assistant has it in its query or its hidden fields. Immutable.
 */
public record PartnerAnswers(Map<String, String> values) {
  private static final List<String> LISTS =
      List.of("domains", "addresses", "smartHosts", "recipients");
  private static final List<String> TEXTS =
      List.of("certificateName", "tlsSettings", "tlsDomain", "trustAnchors", "revocation");

  /** A hidden field of a form. */
  public record Hidden(String name, String value) {}

  /**
   * @param given the value of a field of the form or the query; empty: none
   */
  static PartnerAnswers of(UnaryOperator<String> given) {
    Map<String, String> values = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(List.of("organization", "domain"));
    names.addAll(LISTS);
    names.addAll(TEXTS);
    for (String name : names) {
      String value = given.apply(name).strip();
      if (!value.isEmpty()) {
        values.put(name, value);
      }
    }
    return new PartnerAnswers(values);
  }

  public String of(String name) {
    return values.getOrDefault(name, "");
  }

  public String organization() {
    return of("organization");
  }

  public String domain() {
    return of("domain");
  }

  public List<Hidden> hidden() {
    return values.entrySet().stream().map(e -> new Hidden(e.getKey(), e.getValue())).toList();
  }

  /** Of a link to another step. */
  public String query() {
    return String.join(
        "&", values.entrySet().stream().map(e -> Values.query(e.getKey(), e.getValue())).toList());
  }

  List<String> list(String name) {
    return Submitted.split(of(name));
  }

  /** For policy-service; what was not answered is left out. */
  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    for (String name : LISTS) {
      if (!list(name).isEmpty()) {
        body.put(name, list(name));
      }
    }
    for (String name : TEXTS) {
      if (!of(name).isEmpty()) {
        body.put(name, of(name));
      }
    }
    return body;
  }

  /** Of the query of an address. */
  static PartnerAnswers of(UriInfo uri) {
    return of(name -> Optional.ofNullable(uri.getQueryParameters().getFirst(name)).orElse(""));
  }

  /** Of the partner, below the API. */
  String path() {
    return "/organizations/"
        + Frame.encoded(organization())
        + "/partners/"
        + Frame.encoded(domain());
  }

  /** The same at the command line. */
  String command() {
    StringBuilder line =
        new StringBuilder(
            PosternCommand.of("secure-partner").add(organization()).add(domain()).toString());
    option(line, "--certificate-name", of("certificateName"));
    list("addresses").forEach(each -> option(line, "--address", each));
    list("domains").forEach(each -> option(line, "--domain", each));
    list("smartHosts").forEach(each -> option(line, "--smart-host", each));
    option(line, "--tls-settings", of("tlsSettings"));
    option(line, "--tls-domain", of("tlsDomain"));
    option(line, "--trust-anchors", of("trustAnchors"));
    option(line, "--revocation", of("revocation"));
    list("recipients").forEach(each -> option(line, "--recipient", each));
    return line.toString();
  }

  private static void option(StringBuilder line, String name, String value) {
    if (!value.isEmpty()) {
      line.append(' ').append(name).append(" '").append(value.replace("'", "'\\''")).append('\'');
    }
  }
}
