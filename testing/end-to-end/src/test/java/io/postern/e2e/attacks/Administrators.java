package io.postern.e2e.attacks;

import io.postern.lab.Identity;
import io.postern.lab.SmtpClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Attacks by the administrator of one organization, with all its rights: the others' mail and work
 * must not notice. What is refused is counted by its status.
 */
final class Administrators {
  private static final String OWN = "/api/v1/organizations/" + AttackTarget.HOSTILE;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_OCTETS = Duration.ofSeconds(1);
  private static final int DOMAINS = 300; // of a large connector
  private static final int LONG = 300_000;
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final List<String> PIECES =
      List.of("<I><S>", "CN=", ":", "[", "1.", "1-", ",", ";", "{", "*.", "/1", "@", "- ", "&a ");

  private Administrators() {}

  /** Objects of new names and large ones in turns, and each second one is removed. */
  static void fills(Attacker attacker) throws IOException, InterruptedException {
    int number = NUMBERS.getAndIncrement();
    String path = OWN + "/outbound-connectors/Fill" + (number % 3 == 0 ? "" : number);
    send(
        attacker,
        json(attacker, path)
            .header("If-Match", "*")
            .PUT(body(attacker, connector(number, DOMAINS))));
    send(
        attacker,
        json(attacker, path)
            .header("If-None-Match", "*")
            .PUT(body(attacker, connector(number, 9))));
    if (number % 5 == 0) {
      send(attacker, json(attacker, path).header("If-Match", "*").DELETE());
    }
  }

  /** Every call, one after the other. */
  static void calls(Attacker attacker) throws IOException, InterruptedException {
    send(attacker, json(attacker, "/api/v1/directory").GET());
    send(attacker, json(attacker, OWN + "/outbound-connectors?limit=500&warnings=true").GET());
    send(attacker, json(attacker, "/api/v1/export/exchange?organization=hostile").GET());
    send(attacker, json(attacker, "/api/v1/quotas").GET());
    send(attacker, json(attacker, "/api/v1/me").GET());
    send(
        attacker,
        json(attacker, OWN + "/outbound-connectors/Dry?dryRun=true")
            .header("If-None-Match", "*")
            .PUT(body(attacker, connector(0, DOMAINS))));
    send(
        attacker,
        json(attacker, "/api/v1/what-if?organization=hostile").POST(body(attacker, file(20))));
    send(
        attacker,
        json(attacker, "/api/v1/explain")
            .POST(body(attacker, "{\"direction\": \"outbound\", \"organization\": \"hostile\"}")));
    send(
        attacker,
        json(attacker, "/api/v1/directory/apply?dryRun=true")
            .header("Content-Type", "application/yaml")
            .POST(body(attacker, file(400))));
    send(
        attacker,
        json(attacker, "/api/v1/accepted-domains/" + AttackTarget.HOSTILE + ".example/recipients")
            .header("Content-Type", "text/csv")
            .PUT(body(attacker, "a".repeat(50).concat("\n").repeat(2_000))));
  }

  /** A body of 4 MB that comes an octet a second, to a call that takes a place. */
  static void bodies(Attacker attacker) throws IOException, InterruptedException {
    List<String> heads =
        List.of(
            "POST /api/v1/directory/apply?dryRun=true",
            "POST /api/v1/import/exchange?organization=hostile",
            "POST /api/v1/what-if?organization=hostile",
            "PUT /api/v1/accepted-domains/hostile.example/recipients");
    String head = heads.get(attacker.number() % heads.size());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", attacker.target().api().getPort()), 10_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          Attacker.lines(
              head + " HTTP/1.1",
              "Host: localhost",
              "Authorization: Bearer " + attacker.target().token(),
              "Content-Type: " + (head.startsWith("PUT") ? "text/csv" : "application/json"),
              "Content-Length: 4000000",
              ""));
      while (attacker.goesOn()) {
        attacker.spend(1);
        out.write('{');
        out.flush();
        attacker.pause(BETWEEN_OCTETS);
      }
    }
  }

  /** Connectors to inner hosts, and validations of them. */
  static void scans(Attacker attacker) throws IOException, InterruptedException {
    int number = NUMBERS.getAndIncrement();
    String name = "/outbound-connectors/Scan" + attacker.number();
    String host = "10.%d.%d.%d:9092".formatted(number >> 16, number >> 8 & 255, number & 255);
    send(
        attacker,
        json(attacker, OWN + name)
            .header(number % 2 == 0 ? "If-Match" : "If-None-Match", "*")
            .PUT(
                body(
                    attacker,
                    "{\"connectorType\": \"partner\", \"enabled\": false, \"recipientDomains\": [\"x.example\"], \"useMXRecord\": false, \"smartHosts\": [\""
                        + host
                        + "\"]}")));
    send(attacker, json(attacker, OWN + name + "/validations").POST(body(attacker, "{}")));
  }

  /** Long texts that a pattern could stumble over. */
  static void texts(Attacker attacker) throws IOException, InterruptedException {
    String piece = PIECES.get(ThreadLocalRandom.current().nextInt(PIECES.size()));
    int length = piece.length() == 1 ? 60_000 : LONG / 5;
    String text = piece.repeat(length / piece.length());
    send(
        attacker,
        json(attacker, "/api/v1/import/exchange?organization=hostile")
            .POST(
                body(
                    attacker,
                    "[{\"Name\":\"a\",\"ConnectorType\":\"OnPremises\",\"SenderDomains\":[\"*\"],\"TlsSenderCertificateName\":\""
                        + text
                        + "\"}]")));
    send(
        attacker,
        json(attacker, "/api/v1/directory/apply?dryRun=true")
            .header("Content-Type", "application/yaml")
            .POST(
                body(attacker, "organizations:\n  - id: " + piece.repeat(LONG / piece.length()))));
  }

  /** Its own server sends to the Internet from the other organization's domain. */
  static void senders(Attacker attacker) throws IOException, InterruptedException {
    Identity own = Mails.own(attacker.target(), "mail." + AttackTarget.HOSTILE + ".example");
    try (SmtpClient client = attacker.session()) {
      client.startTls(own);
      client.ehlo("mail." + AttackTarget.HOSTILE + ".example");
      while (attacker.goesOn()) {
        attacker.command(client, "MAIL FROM:<ceo@" + AttackTarget.MAILBOXES + ">");
        attacker.command(client, "RCPT TO:<x@" + AttackedWorld.FRIENDS + ">");
        attacker.command(client, "RSET");
      }
    }
  }

  /** Tokens by its password, and by wrong ones. */
  static void sessions(Attacker attacker) throws IOException, InterruptedException {
    boolean wrong = NUMBERS.getAndIncrement() % 2 == 0;
    String basic = AttackTarget.HOSTILE + ":" + (wrong ? "wrong" : AttackTarget.PASSWORD);
    send(
        attacker,
        HttpRequest.newBuilder(attacker.target().api().resolve("/api/v1/tokens"))
            .timeout(PATIENCE)
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8)))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private static HttpRequest.Builder json(Attacker attacker, String path) {
    return HttpRequest.newBuilder(attacker.target().api().resolve(path))
        .timeout(PATIENCE)
        .setHeader("Content-Type", "application/json")
        .header("Authorization", "Bearer " + attacker.target().token());
  }

  private static HttpRequest.BodyPublisher body(Attacker attacker, String text)
      throws InterruptedException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    attacker.spend(octets.length);
    return HttpRequest.BodyPublishers.ofByteArray(octets);
  }

  private static void send(Attacker attacker, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    attacker.spend(500);
    attacker.count(
        "" + HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode());
  }

  private static String connector(int number, int domains) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < domains; i++) {
      names.append(i == 0 ? "" : ", ").append("\"d%d-%d.example\"".formatted(number, i));
    }
    return "{\"connectorType\": \"partner\", \"recipientDomains\": [" + names + "]}";
  }

  /** A directory file of the organization. */
  private static String file(int connectors) {
    StringBuilder file =
        new StringBuilder("organizations:\n  - id: hostile\n    outboundConnectors:\n");
    for (int i = 0; i < connectors; i++) {
      file.append(
          "      - { name: Out %1$d, connectorType: partner, recipientDomains: [o%1$d.example] }%n"
              .formatted(i));
    }
    return file.toString();
  }
}
