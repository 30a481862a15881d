package io.postern.stack.example.container;

import io.postern.commandline.TerminalText;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a short message to Postern over STARTTLS, as this host. */
@Command(
    name = "send",
    description =
        "Sends a short message from this host to Postern over STARTTLS, and prints the reply.",
    mixinStandardHelpOptions = true)
final class SendMail implements Callable<Integer> {
  @Parameters(index = "0", hidden = true)
  private Host host = Host.MAILBOX;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "ADDRESS", description = "recipients")
  private List<String> recipients = List.of();

  @Option(
      names = "--from",
      paramLabel = "ADDRESS",
      description = "envelope sender (default: info@fabrikam.example, anna@contoso.example)")
  private @Nullable String from;

  @Option(names = "--without-certificate", description = "presents no client certificate")
  private boolean withoutCertificate;

  @Option(names = "--shared", required = true, hidden = true)
  private Path shared = Path.of("");

  @Option(names = "--to-host", hidden = true)
  private String server = "ingress-service";

  @Option(names = "--to-port", hidden = true)
  private int port = 2525;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    String sender = from == null ? host.sender : from;
    try (SmtpClient session = SmtpClient.connect(server, port)) {
      session.ehlo(host.hostName());
      session.startTls(withoutCertificate ? null : host.identity(shared));
      session.ehlo(host.hostName());
      Reply reply = session.send(sender, recipients, message(sender));
      spec.commandLine().getOut().println(TerminalText.printable(reply.toString()));
      return reply.isPositive() ? 0 : 1;
    }
  }

  private byte[] message(String sender) {
    return String.join(
            "\r\n",
            "From: <" + sender + ">",
            "To: <" + String.join(">, <", recipients) + ">",
            "Subject: A first mail",
            "Date: "
                + DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)),
            "Message-ID: <" + UUID.randomUUID() + "@" + host.hostName() + ">",
            "",
            "It came over TLS.",
            "")
        .getBytes(StandardCharsets.UTF_8);
  }
}
