package io.postern.e2e.kills.mutation;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts every {@link Mutation} in front of its method, switched off.
 *
 * <p>Failure: where a class has no such method any more, or cannot be changed, the process ends at
 * once with a sentence, since a fault that is not there would prove nothing.
 */
public final class MutationAgent {
  private static final ClassDesc SWITCH = ClassDesc.of(Switch.class.getName());
  private static final MethodTypeDesc ON =
      MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_String);

  private MutationAgent() {}

  /** Called by the JVM. */
  public static void premain(String folder, Instrumentation instrumentation) {
    Switch.folder(Path.of(folder));
    instrumentation.addTransformer(
        new ClassFileTransformer() {
          @Override
          public byte @Nullable [] transform(
              @Nullable Module module,
              @Nullable ClassLoader loader,
              @Nullable String name,
              @Nullable Class<?> redefined,
              @Nullable ProtectionDomain domain,
              byte[] bytes) {
            List<Mutation> faults = name == null ? List.of() : Mutation.in(name);
            if (faults.isEmpty() || loader == null) {
              return null;
            }
            try {
              return changed(bytes, faults, loader);
            } catch (RuntimeException | Error e) {
              e.printStackTrace();
              end(name + " cannot be changed");
              return null;
            }
          }
        });
  }

  private static byte[] changed(byte[] bytes, List<Mutation> faults, ClassLoader loader) {
    // Frames are made anew, which needs the classes that they name.
    ClassFile classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    Set<Mutation> found = new HashSet<>();
    byte[] changed = bytes;
    for (Mutation fault : faults) {
      changed =
          classFile.transformClass(
              classFile.parse(changed),
              ClassTransform.transformingMethodBodies(
                  method -> {
                    boolean its = isIn(fault, method);
                    if (its) {
                      found.add(fault);
                    }
                    return its;
                  },
                  CodeTransform.ofStateful(() -> new First(fault))));
    }
    for (Mutation fault : faults) {
      if (!found.contains(fault)) {
        end("there is no " + fault.place() + " to put " + fault.key() + " in front of");
      }
    }
    return changed;
  }

  private static boolean isIn(Mutation fault, MethodModel method) {
    return fault.isIn(method.methodName().stringValue(), method.methodTypeSymbol());
  }

  private static void end(String why) {
    System.err.println(why);
    Runtime.getRuntime().halt(1);
  }

  /** {@code if (Switch.on(key)) ...} before a method's first instruction. */
  private static final class First implements CodeTransform {
    private final Mutation fault;

    private First(Mutation fault) {
      this.fault = fault;
    }

    @Override
    public void atStart(CodeBuilder code) {
      code.ldc(fault.key()).invokestatic(SWITCH, "on", ON).ifThen(fault::emit);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
