package io.postern.stack.commands;

import io.postern.stack.example.RunningExample;
import io.postern.stack.example.Sample;
import io.postern.stack.example.SampleRun;
import java.nio.file.Path;

/** The samples of a folder, sent, and each one's way, printed. */
final class Samples {
  private Samples() {}

  static Path defaultFolder() {
    return StateOption.home().resolve("testing/stack/example/samples");
  }

  /** How many samples ended otherwise than their file says. */
  static int run(RunningExample example, Path folder) throws Exception {
    SampleRun run =
        new SampleRun(example.world(), example.stack().smtpPort(), example.stack().kafka());
    int wrong = 0;
    for (Sample sample : Sample.folder(folder)) {
      System.out.println();
      System.out.println(
          sample.about() + " (" + folder.getFileName() + "/" + sample.file().getFileName() + ")");
      SampleRun.Result result = run.run(sample);
      result.way().forEach(line -> System.out.println("  " + line));
      result.differences().forEach(line -> System.out.println("  NOT AS EXPECTED: " + line));
      wrong += result.differences().isEmpty() ? 0 : 1;
    }
    System.out.println();
    return wrong;
  }
}
