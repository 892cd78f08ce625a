using PatchTools.Errors;

namespace PatchTools.Preflight;

/// <summary>One thing that stands in the way of an install, or might.</summary>
/// <param name="Id">Stable PascalCase fact, such as <c>DiskFull</c>.</param>
/// <param name="Text">What is wrong and where, one sentence without full stop.</param>
/// <param name="Action">What to do, one sentence with full stop.</param>
/// <param name="IsFatal">The install would fail; else it may, or the installer sees to it.</param>
internal sealed record PreflightFinding(string Id, string Text, string Action, bool IsFatal)
{
    public override string ToString() => $"{Text}. {Action}";
}

/// <summary>Everything that a preflight found, at once.</summary>
internal sealed record PreflightReport(IReadOnlyList<PreflightFinding> Findings)
{
    public bool IsFatal => Findings.Any(f => f.IsFatal);

    /// <summary>One line for each finding that does not stop the install.</summary>
    public IReadOnlyList<string> Warnings => [.. Findings.Where(f => !f.IsFatal).Select(f => f.ToString())];

    /// <summary>
    /// Ends the run before anything has been changed, with every fatal finding and its recommended action in one
    /// message.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ElevationRequired"/> when not being root is one of
    /// them, else <see cref="PatchErrors.PreflightFailed"/>.</exception>
    public void ThrowIfFatal()
    {
        var fatal = Findings.Where(f => f.IsFatal).ToList();
        if (fatal.Count == 0)
            return;
        var lines = fatal.Count == 1 ? fatal[0].ToString() : string.Join("\n", fatal.Select((f, i) => $"{i + 1}. {f}"));
        throw new PatchToolsException(
            fatal.Exists(f => f.Id == PreflightCheck.NotRoot)
                ? PatchErrors.ElevationRequired
                : PatchErrors.PreflightFailed,
            $"The install would fail, so nothing was changed.{(fatal.Count == 1 ? " " : "\n")}{lines}",
            fatal[0].Id
        );
    }
}
