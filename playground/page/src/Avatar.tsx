/** Whose words these are, in a small square. */
import { BOT, SLACKBOT, useKnown } from "./world";
import icon from "./icon.svg";

const COLOURS = ["#1d6f42", "#8a3d0f", "#5b3a9e", "#155a8a", "#8f1f5a", "#6b5a00"];

export function Avatar({ id, small = false }: { id: string; small?: boolean }) {
  const name = useKnown((state) => state.people[id]?.name ?? "");
  const look = `avatar${small ? " small" : ""}`;
  if (id === BOT) return <img className={look} src={icon} alt="" />;
  const colour = COLOURS[[...id].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % COLOURS.length];
  return (
    <span className={look} style={{ backgroundColor: id === SLACKBOT ? "#4a5560" : colour }} aria-hidden="true">
      {id === SLACKBOT ? "!" : name.charAt(0)}
    </span>
  );
}
