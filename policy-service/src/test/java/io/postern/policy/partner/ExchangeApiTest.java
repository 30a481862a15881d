package io.postern.policy.partner;

import static io.postern.policy.partner.ApiLab.admin;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Import from Exchange and export to it over HTTP, with a real broker behind it. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ExchangeApiTest {
  private static final String FILE =
      """
      [{"DomainName":"importing.example","DomainType":"Authoritative"},
       {"Name":"From Fabrikam","ConnectorType":"Partner","SenderDomains":["smtp:fabrikam.example;1"],
        "RequireTls":true,"TlsSenderCertificateName":"mail.fabrikam.example","RestrictDomainsToCertificate":true},
       {"Name":"To Fabrikam","ConnectorType":"Partner","RecipientDomains":["fabrikam.example"],"UseMXRecord":true,
        "TlsSettings":"DomainValidation","TlsDomain":"*.fabrikam.example"}]
      """;

  @BeforeEach
  void start() {
    ApiLab.awaitReady();
  }

  private static io.restassured.response.ValidatableResponse imported(String query, String file)
      throws Exception {
    return admin()
        .contentType("application/octet-stream")
        .body(file.getBytes(StandardCharsets.UTF_8))
        .post("/api/v1/import/exchange?" + query)
        .then();
  }

  @Test
  void aDryRunShowsWhatIsMissingAndChangesNothingThenTheImportIsMade() throws Exception {
    imported("organization=importing", FILE)
        .statusCode(422)
        .contentType("application/problem+json")
        .body("errors", hasSize(1))
        .body("errors[0].pointer", equalTo("/organizations/0/acceptedDomains/0/mailboxRoute"))
        .body("findings.taken", hasItem("different"));
    imported("organization=importing&dryRun=false", FILE).statusCode(422);
    admin()
        .get("/api/v1/directory")
        .then()
        .body("organizations.id", not(hasItem(equalTo("importing"))));

    String made = "organization=importing&mailboxRoute=mailbox.importing.example:2525";
    imported(made, FILE)
        .statusCode(200)
        .body("changes", hasSize(4))
        .body("file", containsString("tlsSenderCertificateName: mail.fabrikam.example"));
    Number seen = imported(made, FILE).extract().path("seen");
    imported(made + "&dryRun=false", FILE).statusCode(200).body("applied", equalTo(true));
    admin()
        .contentType("application/octet-stream")
        .header("If-Match", "\"" + seen + "\"")
        .body(FILE.getBytes(StandardCharsets.UTF_8))
        .post("/api/v1/import/exchange?dryRun=false&" + made)
        .then()
        .statusCode(412)
        .body("title", equalTo("Changed in the meantime"));
    admin()
        .get("/api/v1/directory")
        .then()
        .body(
            "organizations.find{it.id=='importing'}.outboundConnectors[0].tlsDomain",
            equalTo("*.fabrikam.example"));
    // Once more is no change, and nothing is removed by an import of less.
    imported(made + "&dryRun=false", FILE).statusCode(200).body("applied", equalTo(false));
    imported(
            made + "&dryRun=false",
            FILE.substring(FILE.indexOf("{\"Name\":\"From"), FILE.indexOf(",\n {\"Name\":\"To")))
        .statusCode(200)
        .body("applied", equalTo(false));
    admin()
        .get(
            "/api/v1/organizations/importing/export/exchange?for=partner&mailHost=mail.importing.example&certificateName=out.importing.example")
        .then()
        .statusCode(200)
        .body(containsString("-TlsSenderCertificateName 'out.importing.example'"));
    admin()
        .get("/api/v1/organizations/importing/export/exchange?for=online")
        .then()
        .statusCode(400)
        .body("errors[0].cure", equalTo("write partner"));
    admin()
        .get("/api/v1/organizations/importing/export/exchange?mailHost=a'b")
        .then()
        .statusCode(400);
  }

  @Test
  void whatIsNoSuchFileIsSaid() throws Exception {
    imported("organization=importing", "hello")
        .statusCode(400)
        .contentType("application/problem+json")
        .body("errors[0].cure", containsString("ConvertTo-Json -Depth 5"));
    imported("organization=Im.porting", FILE).statusCode(400);
    imported("organization=importing", "x".repeat((4 << 20) + 1)).statusCode(400);
  }
}
