package io.postern.operator.commands.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ExplainClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Command that says what would happen to a mail that has not come. */
@Command(
    name = "explain",
    description = {
      "Explains what would happen to a message: which connector accepts or refuses it, which "
          + "connector routes it, with which TLS, and why.",
      "Sends nothing. `postern why ID --now` explains a received message. Exit code 1: a recipient "
          + "is refused, or its mail would be held or fail."
    },
    mixinStandardHelpOptions = true)
public final class Explain implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Option(
      names = "--from",
      paramLabel = "ADDRESS",
      required = true,
      description = "envelope sender; <> is the null reverse-path")
  private String from = "";

  @Option(
      names = "--to",
      paramLabel = "ADDRESS",
      required = true,
      description = "envelope recipient; repeatable, at most 20")
  private List<String> to = List.of();

  @Option(
      names = "--ip",
      paramLabel = "ADDRESS",
      required = true,
      description = "of the client that connects")
  private String ip = "";

  @Option(
      names = "--tls",
      negatable = true,
      description = "whether the session is encrypted (default: only with a certificate)")
  private @Nullable Boolean tls;

  @Option(
      names = "--certificate",
      paramLabel = "PEM",
      description =
          "a file with the client's chain, its own certificate first; a key in it is left out; - is standard input")
  private @Nullable Path certificate;

  @Option(
      names = "--certificate-name",
      paramLabel = "NAME",
      description =
          "name in a certificate, instead of a chain, which is assumed to be valid; repeatable")
  private List<String> certificateNames = List.of();

  @Option(
      names = "--header",
      paramLabel = "FIELD",
      description = "a header field for routing rules, such as \"X-Signature: true\"; repeatable")
  private List<String> headerFields = List.of();

  @Option(names = "--requiretls", description = "with REQUIRETLS (RFC 8689)")
  private boolean requireTls;

  @Option(
      names = "--organization",
      paramLabel = "ID",
      description =
          "organization whose connectors are listed (default: the sender's and the "
              + "recipients')")
  private @Nullable String organization;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Map<String, Object> mail = facts();
    ExplainClient explain = new ExplainClient(connection.installation().policy());
    JsonNode answer = explain.answer(mail);
    if (output.isJson()) {
      output.print(answer, List::of);
    } else {
      PrintedExplanation.print(output, explain, mail);
    }
    return PrintedExplanation.keepsMailBack(answer) ? 1 : 0;
  }

  private Map<String, Object> facts() throws IOException {
    boolean shown = certificate != null || !certificateNames.isEmpty();
    if (certificate != null && !certificateNames.isEmpty()) {
      throw wrong("--certificate contains the names: omit --certificate-name");
    }
    if (shown && Boolean.FALSE.equals(tls)) {
      throw wrong("--no-tls: a client presents a certificate only over TLS");
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("clientIp", ip);
    facts.put("mailFrom", from);
    facts.put("recipients", to);
    facts.put("requireTls", requireTls);
    if (!headerFields.isEmpty()) {
      facts.put("headerFields", headerFields);
    }
    if (tls != null) {
      facts.put("tls", tls);
    }
    if (organization != null) {
      facts.put("organization", organization);
    }
    if (certificate != null) {
      facts.put("certificate", PemFile.shown(certificate));
    } else if (shown) {
      facts.put("certificateNames", certificateNames);
    }
    return facts;
  }

  private CommandLine.ParameterException wrong(String sentence) {
    return new CommandLine.ParameterException(spec.commandLine(), sentence);
  }
}
