package io.postern.stack.commands;

import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import io.postern.stack.RunningStack;
import io.postern.stack.example.ExampleWorld;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends message files over SMTP with STARTTLS and prints the reply to each. */
@Command(
    name = "send",
    description =
        "Sends message files (header and body) over SMTP with STARTTLS; prints the queue id of "
            + "each.",
    mixinStandardHelpOptions = true)
public final class Send implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--from",
      paramLabel = "ADDRESS",
      description = "reverse-path (default: ${DEFAULT-VALUE})")
  private String from = "anna@contoso.example";

  @Option(
      names = "--to",
      paramLabel = "ADDRESS",
      description = "forward-paths (default: ${DEFAULT-VALUE})")
  private List<String> to = List.of("info@fabrikam.example");

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description =
          "client certificate to present: contoso, fabrikam or none (default: ${DEFAULT-VALUE})")
  private String client = "contoso";

  @Parameters(paramLabel = "FILE", arity = "1..*")
  private List<Path> files = List.of();

  @Override
  public Integer call() throws Exception {
    RunningStack running = state.running();
    boolean refused = false;
    for (Path file : files) {
      try (SmtpClient session = SmtpClient.connect("127.0.0.1", running.smtpPort())) {
        session.ehlo("client.example");
        session.startTls(ExampleWorld.client(state.open(), client));
        session.ehlo("client.example");
        Reply reply = session.send(from, to, crlf(Files.readAllBytes(file)));
        System.out.println(file + ": " + reply.code() + " " + reply.text());
        refused |= !reply.isPositive();
      }
    }
    return refused ? 1 : 0;
  }

  /** A file on disk has its system's line ends; the protocol knows only CRLF (RFC 5321 §2.3.8). */
  private static byte[] crlf(byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1).replaceAll("\r\n|\r|\n", "\r\n");
    return (text.endsWith("\r\n") ? text : text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
