/** Rehearsals: the effect of a change of certificate, before it is made. */
@NullMarked
package io.postern.certificate.rehearsal;

import org.jspecify.annotations.NullMarked;
