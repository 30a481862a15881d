package io.postern.operator.commands;

import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Variables;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The directory file to begin with: {@code ./run} starts with it too. */
@Command(
    name = "example",
    description =
        "Prints an example directory file: save it, change it, and apply it. Needs no service.",
    mixinStandardHelpOptions = true)
public final class Example implements Callable<Integer> {
  private static final String FILE = "example.yaml";

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** The file with its places, as {@link Variables} fills them. */
  public static String directory() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Example.class.getResourceAsStream(FILE), "no " + FILE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public Integer call() throws IOException {
    spec.commandLine()
        .getOut()
        .print(Variables.fill(directory(), connection.installation().variables()));
    return 0;
  }
}
