/** The commands for the contract level of the installation. */
@org.jspecify.annotations.NullMarked
package io.postern.operator.commands.level;
