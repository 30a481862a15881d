package io.postern.lab;

import io.postern.lab.agent.ChangedClasses;
import io.postern.lab.agent.CodeChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.Instrumentation;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Java agent for the broker that makes each flush of a log segment, and where it is asked for
 * each write too, wait as long as a file says (milliseconds; no file: not at all), before the real
 * one is done. It shows that each reply that must wait for the disk does.
 */
public final class SlowDisk {
  private static final String CONTROL = "postern.lab.slow-disk";
  private static final String WRITES = "postern.lab.slow-disk.writes";
  // In the newer package from 4.3 on.
  private static final List<String> RECORDS =
      List.of(
          "org/apache/kafka/common/record/FileRecords",
          "org/apache/kafka/common/record/internal/FileRecords");
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);

  private SlowDisk() {}

  /** Flags of the broker's JVM; {@link #delay(Path, long)} sets the delay at any time. */
  public static List<String> jvmOptions(Path control) {
    try {
      Path jar =
          Path.of(SlowDisk.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return List.of("-javaagent:" + jar, "-D" + CONTROL + "=" + control.toAbsolutePath());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The same for a disk whose writes wait too, one after the other. */
  public static List<String> jvmOptionsOfWrites(Path control) {
    List<String> options = new ArrayList<>(jvmOptions(control));
    options.add("-D" + WRITES + "=true");
    return options;
  }

  /** How long each flush waits from now on. */
  public static void delay(Path control, long millis) throws IOException {
    Files.writeString(control, Long.toString(millis));
  }

  /** Called by the JVM. */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    instrumentation.addTransformer(
        new ChangedClasses(
            RECORDS.stream()
                .flatMap(
                    records ->
                        Stream.of(
                            new CodeChange(
                                records,
                                "flush()",
                                SlowDisk::isFlush,
                                () -> new DelayFirst("waitForDisk")),
                            new CodeChange(
                                records,
                                "append()",
                                method -> method.methodName().equalsString("append"),
                                () -> new DelayFirst("waitToWrite"))))
                .toList()));
  }

  private static boolean isFlush(MethodModel method) {
    return method.methodName().equalsString("flush") && method.methodTypeSymbol().equals(NOTHING);
  }

  /** Puts the call of a method of this class in front of a method's first instruction. */
  private static final class DelayFirst implements CodeTransform {
    private final String wait;

    private DelayFirst(String wait) {
      this.wait = wait;
    }

    @Override
    public void atStart(java.lang.classfile.CodeBuilder builder) {
      builder.invokestatic(ClassDesc.of(SlowDisk.class.getName()), wait, NOTHING);
    }

    @Override
    public void accept(
        java.lang.classfile.CodeBuilder builder, java.lang.classfile.CodeElement element) {
      builder.with(element);
    }
  }

  /** Called by the broker's own code. */
  public static void waitToWrite() {
    if (Boolean.getBoolean(WRITES)) {
      waitForDisk();
    }
  }

  /** Called by the broker's own code. */
  public static void waitForDisk() {
    try {
      long millis = Long.parseLong(Files.readString(Path.of(System.getProperty(CONTROL))).strip());
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (NoSuchFileException noDelay) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
