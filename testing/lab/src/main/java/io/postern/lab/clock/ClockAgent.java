package io.postern.lab.clock;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Java agent that sets the wall clock of its JVM: what our code, Kafka's and {@link Clock} read
 * is ahead of the machine's by as much as a file says, which is read again all the time. The clock
 * that nobody sets goes on. Argument: the file. Its classes are the boot loader's, since the JDK
 * calls them.
 */
public final class ClockAgent {
  private static final ClassDesc SHOWN = ClassDesc.of("io.postern.lab.clock.ShownTime");
  private static final ClassDesc INSTANT = ClassDesc.of("java.time.Instant");
  private static final MethodTypeDesc MILLIS = MethodTypeDesc.of(ConstantDescs.CD_long);
  private static final byte[] READS = "currentTimeMillis".getBytes(StandardCharsets.US_ASCII);
  private static final List<String> WHOSE = List.of("io/postern/", "org/apache/kafka/", "kafka/");
  private static final String CLOCK = "java/time/Clock";

  private ClockAgent() {}

  /** Called by the JVM. */
  public static void premain(String file, Instrumentation instrumentation)
      throws UnmodifiableClassException {
    ShownTime.follow(Path.of(file));
    instrumentation.addTransformer(new Readers(), true);
    instrumentation.retransformClasses(Clock.class);
    for (Class<?> inner : instrumentation.getAllLoadedClasses()) {
      if (inner.getName().startsWith("java.time.Clock$")) {
        instrumentation.retransformClasses(inner);
      }
    }
  }

  /** Each class that reads the time. */
  private static final class Readers implements ClassFileTransformer {
    @Override
    public byte @Nullable [] transform(
        @Nullable Module module,
        @Nullable ClassLoader loader,
        @Nullable String name,
        @Nullable Class<?> redefined,
        @Nullable ProtectionDomain domain,
        byte[] bytes) {
      if (name == null
          || name.startsWith("io/postern/lab/clock/")
          || !name.startsWith(CLOCK)
              && (WHOSE.stream().noneMatch(name::startsWith) || !reads(bytes))) {
        return null;
      }
      try {
        ClassFile file =
            loader == null
                ? ClassFile.of()
                : ClassFile.of(
                    ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(loader)
                            .orElse(ClassHierarchyResolver.defaultResolver())));
        return file.transformClass(
            file.parse(bytes),
            (builder, element) -> {
              if (element instanceof MethodModel method) {
                builder.transformMethod(method, MethodTransform.transformingCode(change(method)));
              } else {
                builder.with(element);
              }
            });
      } catch (RuntimeException | Error e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
        return null;
      }
    }
  }

  private static CodeTransform change(MethodModel method) {
    return method.methodName().equalsString("currentInstant")
        ? ClockAgent::moved
        : ClockAgent::shown;
  }

  private static void shown(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call
        && call.name().equalsString("currentTimeMillis")
        && call.owner().name().equalsString("java/lang/System")) {
      code.invokestatic(SHOWN, "millis", MILLIS);
    } else {
      code.with(element);
    }
  }

  /** It reads a finer clock of its own, and System's as a part of that. */
  private static void moved(CodeBuilder code, CodeElement element) {
    if (element instanceof ReturnInstruction) {
      code.invokestatic(SHOWN, "moved", MethodTypeDesc.of(INSTANT, INSTANT));
    }
    code.with(element);
  }

  private static boolean reads(byte[] bytes) {
    for (int i = 0; i <= bytes.length - READS.length; i++) {
      int j = 0;
      while (j < READS.length && bytes[i + j] == READS[j]) {
        j++;
      }
      if (j == READS.length) {
        return true;
      }
    }
    return false;
  }
}
