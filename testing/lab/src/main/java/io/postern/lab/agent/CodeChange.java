package io.postern.lab.agent;

import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The change that an agent makes in one class.
 *
 * @param owner the class, named as in class files
 * @param place the methods, in words: for the complaint that there is none
 * @param methods which of the class's methods are changed
 * @param code made anew for each method
 */
public record CodeChange(
    String owner, String place, Predicate<MethodModel> methods, Supplier<CodeTransform> code) {}
