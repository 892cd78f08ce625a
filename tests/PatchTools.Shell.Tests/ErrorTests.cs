using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

namespace PatchTools.Tests;

/// <summary>An error in the whole shell: everything that can be asked of it, as a terminal would get it.</summary>
public sealed class ErrorTests
{
    /// <summary>Clears the screen, sets its title, goes back on the line, turns the writing.</summary>
    private const string Hostile = "/none/a\u001b[2Jb\u001b]0;t\ac\rd\u202ee";

    public static TheoryData<string> Commands =>
        [
            "Get-PatchInventory -Root $path",
            "Get-PatchInventory -Path $path",
            "Get-PatchInventory -MaxMetadataAge $path",
            "Get-PatchSnapshot -Default -Root $path",
            "Get-PatchSummary -StateDirectory $path",
            "Get-PatchFleetCompliance -Region $path",
            "Invoke-PatchBaseline -Operation Scan -SnapshotId $path -Confirm:$false",
        ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void No_form_of_an_error_shows_what_the_caller_gave_but_as_escapes(string command)
    {
        using var runspace = Shell();
        using var shell = PowerShell.Create(runspace);

        // Values that PowerShell binds itself stand in its own errors as they are; the duration is PatchTools' own.
        var shown = shell
            .AddScript(
                $$"""
                param($path)
                $ErrorActionPreference = 'Stop'
                $failure = $null
                try { {{command}} | Out-Null } catch { $failure = $_ }
                if (-not $failure) { throw 'nothing failed' }
                $failure | Out-String -Width 4000
                $own = @(for ($cause = $failure.Exception; $cause; $cause = $cause.InnerException) { $cause }) |
                    Where-Object { $_.GetType().Namespace -notlike 'System.Management.*' }
                if ($own) {
                    $failure | Format-List * -Force | Out-String -Width 4000
                    Get-Error -InputObject $failure | Out-String -Width 4000
                    $own | Format-List * -Force | Out-String -Width 4000
                }
                """
            )
            .AddArgument(Hostile)
            .Invoke<string>();

        Assert.Empty(shell.Streams.Error);
        var text = string.Concat(shown);
        Assert.Contains("\\x1b[2J", text, StringComparison.Ordinal);
        foreach (
            var rune in System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;]*m", "").EnumerateRunes()
        )
            Assert.False(
                rune.Value is not '\n'
                    && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format,
                $"U+{rune.Value:X4} in {text}"
            );
    }

    private static Runspace Shell()
    {
        var state = InitialSessionState.CreateDefault();
        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule([StagedModule.Manifest]);
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        return runspace;
    }
}
