package io.postern.stack.commands;

import io.postern.stack.Progress;
import io.postern.stack.Size;
import io.postern.stack.example.RunningExample;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** From start to end: exit code 0 only if every sample ended as its file says. */
@Command(
    name = "demo",
    description =
        "Starts everything but the console, sends the samples, shows each one's trace, and stops; exit 0 if all ended as expected.",
    mixinStandardHelpOptions = true)
public final class Demo implements Callable<Integer> {
  @Mixin private StartOptions start = new StartOptions();

  @Option(
      names = "--samples",
      paramLabel = "FOLDER",
      description = "folder with the samples (default: testing/stack/example/samples)")
  private @Nullable Path samples;

  @Option(
      names = "--without-crl-server",
      description = "stops the server of the revocation lists first, to show mail without it")
  private boolean withoutCrlServer;

  @Override
  public Integer call() throws Exception {
    Progress progress = new Progress();
    // It ends before the second compiler would pay.
    RunningExample example = start.start(false, Size.SMALL, Set.of(), progress);
    Up.closeAtExit(example);
    if (withoutCrlServer) {
      example.world().stopCrlServer();
      progress.say("the server of the revocation lists is stopped");
    }
    int wrong = Samples.run(example, samples == null ? Samples.defaultFolder() : samples);
    if (wrong > 0) {
      System.err.println("postern: " + wrong + " samples did not end as expected in their files");
    } else {
      progress.say("every sample ended as expected");
    }
    return wrong > 0 ? 1 : 0;
  }
}
