using PatchTools.Errors;

namespace PatchTools.Ports;

/// <summary>Failures of a call that mean the same whatever was asked, and so have one recommended action.</summary>
internal static class ServiceErrors
{
    /// <summary>Null: what the failure means depends on the call.</summary>
    public static PatchError? RowOf(PatchServiceFailure failure) =>
        failure switch
        {
            PatchServiceFailure.NoCredentials => PatchErrors.CredentialsNotFound,
            PatchServiceFailure.ExpiredCredentials => PatchErrors.CredentialsRejected,
            PatchServiceFailure.ClockSkewed => PatchErrors.ClockSkewed,
            _ => null,
        };
}
