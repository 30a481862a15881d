package io.postern.operator.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.operator.connection.Variables;
import io.postern.operator.links.Links;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Results in words and as documents, where no installation is needed to see it. */
class ResultsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Links NO_LINKS = new Links(Map.of(), List.of());

  @Test
  void mtaSts() throws Exception {
    assertThat(
            MtaSts.lines(
                JSON.readTree(
                    """
                    {"domain":"fabrikam.example","inForce":true,"id":"1","mode":"enforce",
                     "mx":["mx.fabrikam.example"],"fetched":"2026-11-26T00:00:00Z",
                     "until":"2026-12-03T00:00:00Z",
                     "failure":{"id":"2","resultType":"sts-webpki-invalid","detail":"it has expired",
                      "at":"2026-11-27T00:00:00Z","next":"2026-11-27T00:05:00Z"}}
                    """)))
        .containsExactly(
            "fabrikam.example: in force, enforce, id 1, fetched at 2026-11-26T00:00:00Z, until"
                + " 2026-12-03T00:00:00Z",
            "  mx mx.fabrikam.example",
            "FAILED at 2026-11-27T00:00:00Z, for id 2: sts-webpki-invalid: it has expired",
            "  not retried before 2026-11-27T00:05:00Z");
    assertThat(MtaSts.lines(JSON.readTree("{\"detail\":\"no policy of x.example is known\"}")))
        .containsExactly("no policy of x.example is known");
    assertThat(
            MtaSts.allLines(
                JSON.readTree(
                    """
                    {"total":3,"policies":[{"domain":"fabrikam.example","inForce":false,"mx":[]}]}
                    """)))
        .containsExactly("fabrikam.example: NO POLICY was ever fetched", "3 domains, 2 not shown");
  }

  @Test
  void certificates() throws Exception {
    JsonNode own =
        JSON.readTree(
            """
            [{"state":"current","use":"smtp","name":"gate.contoso.example","keyStrength":"EC 256",
              "validTo":"2027-01-01T00:00:00Z","sha256":"ab"}]
            """);
    JsonNode expiring =
        JSON.readTree(
            """
            [{"kind":"own","daysLeft":12,"subject":"CN=gate","where":["ingress-1","ingress-2"]}]
            """);
    JsonNode records =
        JSON.readTree(
            """
            {"at":"2027-01-01T00:00:00Z","findings":[
              {"type":"TLSA","name":"_25._tcp.mx.example.","state":"refused","note":"At once."}]}
            """);
    Certificates.Result result = new Certificates.Result(own, 60, 1, expiring, records, NO_LINKS);
    assertThat(result.refused()).isTrue();
    assertThat(new Certificates.Result(own, 60, 1, expiring, own, NO_LINKS).refused()).isFalse();
    assertThat(result.lines())
        .containsExactly(
            "current    smtp gate.contoso.example, EC 256, to 2027-01-01T00:00:00Z",
            "           sha256 ab",
            "",
            "expire within 60 days: 1",
            "own       12 days  CN=gate",
            "                    ingress-1, ingress-2",
            "the installation's DNS records, checked at 2027-01-01T00:00:00Z",
            "FINDING  TLSA _25._tcp.mx.example.: refused At once.");
    JsonNode json = JSON.valueToTree(result);
    assertThat(json.at("/own/0/sha256").asText()).isEqualTo("ab");
    assertThat(json.at("/expiring/0/daysLeft").asInt()).isEqualTo(12);
    assertThat(json.path("withinDays").asInt()).isEqualTo(60);
  }

  @Test
  void tlsReports() throws Exception {
    TlsReportsCommand.Result result =
        new TlsReportsCommand.Result(
            JSON.readTree(
                """
                [{"queueId":"0aa","reporter":"Company-X","senderDomain":"company-x.example",
                  "proof":"DKIM not verified","client":"192.0.2.25","tls":"TLSv1.3","verdict":"",
                  "start":"2026-11-26T00:00:00Z","end":"2026-11-26T23:59:59Z",
                  "policies":[{"type":"tlsa","domain":"mx.contoso.example","successful":7,"failed":3,
                    "failures":[{"type":"certificate-expired","host":"mx.contoso.example",
                                 "address":"203.0.113.5","sessions":3,"information":"in May"}]}]}]
                """));
    assertThat(result.lines())
        .containsExactly(
            "2026-11-26T00:00:00Z to 2026-11-26T23:59:59Z  Company-X (company-x.example, DKIM not"
                + " verified)",
            "  mail 0aa from 192.0.2.25, TLSv1.3",
            "  tlsa            mx.contoso.example: 7 good, 3 failed",
            "         3 certificate-expired at mx.contoso.example [203.0.113.5] in May");
    assertThat(result.anyFailed()).isTrue();
    assertThat(new TlsReportsCommand.Result(JSON.readTree("[]")).lines())
        .containsExactly("no report");
  }

  @Test
  void recipients() throws Exception {
    ApplyRecipients.Result applied =
        new ApplyRecipients.Result(
            "list.csv",
            JSON.readTree(
                """
                {"domain":"contoso.example","dryRun":true,"applied":false,"addresses":3,"others":2,
                 "added":1,"removed":4,"rerouted":0,"unrouted":3}
                """));
    ApplyRecipients.Result refused =
        new ApplyRecipients.Result(
            "list.csv",
            JSON.readTree(
                """
                {"type":"/problems#not-valid","title":"Not valid","status":422,"detail":"There is 1 problem.",
                 "errors":[{"line":7,"problem":"the domain has no route with this name","cure":"write cloud"}]}
                """));
    assertThat(refused.lines())
        .containsExactly(
            "list.csv: line 7: the domain has no route with this name; write cloud",
            "postern: nothing was changed");
    assertThat(refused.good()).isFalse();
    assertThat(applied.lines())
        .containsExactly(
            "contoso.example: 3 addresses, 1 added, 4 removed, 0 with another route, 3 without"
                + " their former route (2 lines of other domains or kinds skipped)",
            "postern: nothing was changed (--dry-run)");
    assertThat(applied.good()).isTrue();
    ShowRecipients.ListResult list =
        new ShowRecipients.ListResult(
            JSON.readTree(
                """
                {"domain":"contoso.example","listed":true,"complete":false,"addresses":12,
                 "changedAt":"2026-11-27T10:00:00Z","changedBy":"admin","routes":{"":5,"cloud":7}}
                """));
    assertThat(list.lines())
        .containsExactly(
            "contoso.example: 12 addresses, changed 2026-11-27T10:00:00Z by admin",
            "        5 without a route",
            "        7 cloud",
            "INCOMPLETE: the last change did not finish; apply the list again");
    ShowRecipients.OneResult one =
        new ShowRecipients.OneResult(
            JSON.readTree(
                """
                {"address":"bob@contoso.example","accepted":false,"listed":false,"why":["550"],"next":"x"}
                """));
    assertThat(one.lines())
        .containsExactly("bob@contoso.example: REFUSED, not listed", "  550", "  x");
  }

  @Test
  void rehearsal() throws Exception {
    JsonNode rehearsal =
        JSON.readTree(
            """
            {"replaces":{"subject":"CN=gate","sha256":"ab"},"differences":["another root"],
             "outcomes":[{"result":"fails","concerns":"Fabrikam","reason":"its software"}],
             "result":"fails"}
            """);
    assertThat(Rehearse.lines(rehearsal))
        .containsExactly(
            "replaces CN=gate",
            "         sha256 ab",
            "  another root",
            "fails  Fabrikam",
            "       its software",
            "all: fails");
  }

  @Test
  void dns() throws Exception {
    JsonNode report =
        JSON.readTree(
            """
            {"ok":false,"dnssec":"validate","rows":[
              {"name":"contoso.example.","type":"MX","state":"ok","proven":true,
               "published":["10 mx.contoso.example."],"add":[],"remove":[],"note":""},
              {"name":"_25._tcp.mx.contoso.example.","type":"TLSA","state":"must-come-first",
               "proven":true,"published":["3 1 1 aa"],"add":["the new"],"remove":["the old"],
               "note":"Wait."},
              {"name":"_smtp._tls.contoso.example.","type":"TXT","state":"not-set","proven":false,
               "published":[],"add":[],"remove":[],"note":"Nothing is set here."}],
             "coming":[{"sha256":"ab","planned":"2027-01-01T00:00:00Z","tooEarly":true,
               "note":"its records are not published"}]}
            """);
    assertThat(Dns.lines(report))
        .containsExactly(
            "ok      MX      contoso.example. (proven)",
            "    is      10 mx.contoso.example.",
            "NOT OK  TLSA    _25._tcp.mx.contoso.example.: must-come-first (proven)",
            "    is      3 1 1 aa",
            "    add     the new",
            "    remove  the old",
            "    Wait.",
            "ok      TXT     _smtp._tls.contoso.example.: not-set",
            "    Nothing is set here.",
            "coming certificate, sha256 ab",
            "    it must NOT BE presented yet: its records are not published",
            "    NOT OK: it is planned for 2027-01-01T00:00:00Z",
            "all: NOT OK");
  }

  @Test
  void theExampleNeedsNoInstallationAndKnowsThatOfRun() throws Exception {
    String usual = Variables.fill(Example.directory(), Map.of());
    assertThat(usual)
        .contains("port: 25\n", "mail.fabrikam.example:25", "mail.revoked.example:25")
        .doesNotContain("${");
    assertThat(
            Variables.fill(
                Example.directory(),
                Map.of("mailboxPort", "1", "partnerPort", "2", "revokedPort", "3")))
        .contains("port: 1\n", "mail.fabrikam.example:2\"", "mail.revoked.example:3\"");
  }
}
