namespace PatchTools.Model;

/// <summary>
/// What an operation makes of a state: in an install without an override list nothing is merely missing, it failed
/// (reference 06 §1, 09 §6, 13.6.1).
/// </summary>
internal static class OperationState
{
    public static PatchState Of(PatchState state, PatchOperation operation, bool hasInstallOverrideList) =>
        state == PatchState.Missing && operation == PatchOperation.Install && !hasInstallOverrideList
            ? PatchState.Failed
            : state;
}
