using System.Management.Automation;
using PatchTools.Commands;

namespace PatchTools.Tests;

/// <summary>What the module shows to the outside.</summary>
internal static class Surface
{
    /// <summary>The cmdlet classes of the assembly, by name of the cmdlet.</summary>
    public static IReadOnlyList<Type> Cmdlets { get; } =
    [
        .. typeof(PatchCommand)
            .Assembly.GetExportedTypes()
            .Where(type => type.IsDefined(typeof(CmdletAttribute), inherit: false))
            .OrderBy(NameOf, StringComparer.Ordinal),
    ];

    public static string NameOf(Type cmdlet)
    {
        var attribute = Attribute(cmdlet);
        return $"{attribute.VerbName}-{attribute.NounName}";
    }

    public static CmdletAttribute Attribute(Type cmdlet) =>
        (CmdletAttribute)cmdlet.GetCustomAttributes(typeof(CmdletAttribute), inherit: false).Single();
}
