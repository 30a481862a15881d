/** The record of who signed in, who changed who may, and what was refused. */
@NullMarked
package io.postern.api.audit;

import org.jspecify.annotations.NullMarked;
