package io.postern.e2e.kills.mutation;

import io.postern.lab.agent.ChangedClasses;
import io.postern.lab.agent.CodeChange;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.util.Arrays;

/** Puts every {@link Mutation} in front of its method, switched off. */
public final class MutationAgent {
  private static final ClassDesc SWITCH = ClassDesc.of(Switch.class.getName());
  private static final MethodTypeDesc ON =
      MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_String);

  private MutationAgent() {}

  /** Called by the JVM. */
  public static void premain(String folder, Instrumentation instrumentation) {
    Switch.folder(Path.of(folder));
    instrumentation.addTransformer(
        new ChangedClasses(
            Arrays.stream(Mutation.values()).map(MutationAgent::inFrontOfItsMethod).toList()));
  }

  private static CodeChange inFrontOfItsMethod(Mutation fault) {
    return new CodeChange(
        fault.internalOwner(),
        fault.method() + " for " + fault.key(),
        method -> fault.isIn(method.methodName().stringValue(), method.methodTypeSymbol()),
        () -> new First(fault));
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
