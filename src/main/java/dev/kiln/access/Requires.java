package dev.kiln.access;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a request to this endpoint needs, said at the method or for all methods of the class. An
 * endpoint that does not say is answered to nobody who needs a key.
 *
 * <p>{@link AccessFilter} sees to it, and to what needs no saying: the path's {@code id} must be
 * that of a job of the caller's tenant (but for {@link Right#OPERATE}), and the query's {@code
 * tenant} is the caller's.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Requires {
    /** The least that the caller must be allowed. */
    Right value();

    /** Whether jobs come of it, for which the tenant's quota must have room. */
    boolean queues() default false;

    /** Whether an id will do under which a submission of the tenant's was refused. */
    boolean orRefused() default false;

    /** As what it is written into the audit when it was done; empty for not at all. */
    String audit() default "";
}
