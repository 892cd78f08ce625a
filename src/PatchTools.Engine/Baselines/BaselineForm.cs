namespace PatchTools.Baselines;

/// <summary>Shapes in which a baseline is written.</summary>
public enum BaselineForm
{
    /// <summary>
    /// A snapshot document as the service's URL serves it (reference 02 §5); <c>Get-PatchSnapshot -Path</c> reads it.
    /// </summary>
    Snapshot,

    /// <summary>
    /// What <c>GetPatchBaseline</c> answers. Without an id it is also the input of <c>aws ssm create-patch-baseline
    /// --cli-input-json</c>.
    /// </summary>
    GetPatchBaseline,

    /// <summary>
    /// A list with one baseline for each operating system, for <c>-BaselineOverride</c> (reference 05 §3).
    /// </summary>
    Override,
}
